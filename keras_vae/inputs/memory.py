"""How much memory the process may still take."""

from pathlib import Path
from typing import Any

#: share of the available memory that data may take at once; larger data are read piece by piece
MEMORY_SHARE = 0.5
#: bytes up to which a sparse matrix is made dense as a whole, for the compiled loop to train on
SPARSE_BYTES = 2**28

_STATUS = Path("/proc/self/status")
_MEMINFO = Path("/proc/meminfo")
_CGROUP = Path("/sys/fs/cgroup")


def available_bytes() -> Any:
    """Bytes of memory that the process may still take; `None` where the system does not say."""
    sizes = (_system_bytes(), _cgroup_bytes(), _process_bytes())
    known = [size for size in sizes if size is not None]
    return min(known) if known else None


def fits(num_bytes: Any, share: Any = MEMORY_SHARE) -> bool:
    """Whether so many bytes are at most this share of the available memory."""
    available = available_bytes()
    return available is None or num_bytes <= share * available


def _system_bytes():
    try:
        for line in _MEMINFO.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return 1024 * int(line.split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return None


def _process_bytes():
    """What is left of the process' own limits, those of `ulimit -d` and `ulimit -v`."""
    try:
        import resource  # not on Windows

        lines = dict(line.split(":", 1) for line in _STATUS.read_text().splitlines())
        limits = {"VmData": resource.RLIMIT_DATA, "VmSize": resource.RLIMIT_AS}
        left = []
        for name, limit in limits.items():
            most, _ = resource.getrlimit(limit)
            if most != resource.RLIM_INFINITY:
                left.append(max(0, most - 1024 * int(lines[name].split()[0])))
        return min(left, default=None)
    except (ImportError, OSError, KeyError, ValueError):
        return None


def _cgroup_bytes():
    """What is left of a container's limit (cgroup version 2)."""
    try:
        limit = (_CGROUP / "memory.max").read_text().strip()
        used = (_CGROUP / "memory.current").read_text().strip()
        return max(0, int(limit) - int(used))
    except (OSError, ValueError):  # no such file, or no limit: "max"
        return None
