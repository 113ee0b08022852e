"""Passes over the convolutions of a traced PyTorch graph: the same values in less memory traffic.

Keras copies images between the layouts of its layers, and crops what a transposed convolution
gives. PyTorch's kernels crop on their way, and on a CPU they are at their best in the layout that
Keras' images have already, channels last. Biases stay where they are: in that layout the kernels
take longer to add them, and to sum their gradients, than passes of their own do.
"""

from typing import Any

import torch

aten = torch.ops.aten

CONVOLUTION, GRADIENTS = aten.convolution.default, aten.convolution_backward.default
VIEWS = (aten.view.default, aten._unsafe_view.default)
#: kernels that give the same values for every layout of what they read
TAKE_ANY_LAYOUT = (CONVOLUTION, GRADIENTS, aten.constant_pad_nd.default, aten.reshape.default)


def simplify_convolutions(graph: Any) -> None:
    """Simplify the convolutions of a `torch.fx.Graph` in place. For calls without gradients."""
    convolutions = _find(graph, CONVOLUTION)
    if not convolutions or any(_writes_to_inputs(node) for node in graph.nodes):
        return
    drop_changes_of_layout(graph)
    for node in convolutions:
        crop_inside(node)
    for node in _find(graph, GRADIENTS):
        crop_inside_gradients(node)


def drop_changes_of_layout(graph: Any) -> None:
    """Let kernels read the layout that is there, rather than a copy in another."""
    for target in VIEWS:
        for node in _find(graph, target):
            # A view asks for one layout or another; this one copies where it must.
            node.target = aten.reshape.default
    # From the end: of two copies in a row, the second goes first.
    for node in reversed(_find(graph, aten.clone.default)):
        if all(user.target in TAKE_ANY_LAYOUT for user in node.users) and not _escapes(node):
            node.replace_all_uses_with(node.args[0])
            graph.erase_node(node)


def crop_inside(convolution: Any) -> None:
    """`crop(conv_transpose(x))` in one kernel, where its padding, which is a crop, can be it."""
    last, crops = convolution, {}
    while (user := _only_user(last)) and user.target is aten.slice.Tensor:
        _, dim, start, _, *step = user.args
        if step not in ([], [1]) or dim < 2 or dim in crops:
            break
        crops[dim] = _crop(start, _shape(last)[dim], _shape(user)[dim])
        last = user
    if crops and _take_crops(convolution, 3, crops):
        last.replace_all_uses_with(convolution)


def crop_inside_gradients(gradients: Any) -> None:
    """The same for its gradients; a crop that cannot be padding is one pad, not one an axis."""
    last, crops = gradients.args[0], {}
    while last.target is aten.slice_backward.default and _only_user(last):
        cropped, sizes, dim, start, _, step = last.args
        if step != 1 or dim < 2 or dim in crops:
            break
        crops[dim] = _crop(start, sizes[dim], _shape(cropped)[dim])
        last = cropped
    if not crops:
        return
    if not _take_crops(gradients, 4, crops):
        dims = reversed(range(len(_shape(last))))
        pads = [size for dim in dims for size in crops.get(dim, (0, 0))]
        with gradients.graph.inserting_before(gradients):
            last = gradients.graph.call_function(aten.constant_pad_nd.default, (last, pads, 0.0))
    gradients.args = (last, *gradients.args[1:])


def _crop(start, size, cropped_size):
    """Rows that a slice leaves out before and behind."""
    left = start % size
    return left, size - left - cropped_size


def _take_crops(node, first, crops):
    """Make crops part of a transposed convolution, and tell whether that was possible.

    Args:
        node: an `aten.convolution` or `aten.convolution_backward`.
        first: int, where its arguments have the strides.
        crops: dict of spatial axis to a pair of rows, before and behind.
    """
    strides, padding, dilation, transposed, longer = node.args[first : first + 5]
    padding, longer = list(padding), list(longer)
    if not transposed:
        return False
    for dim, (left, right) in crops.items():
        padding[dim - 2] += left
        longer[dim - 2] += left - right
    limits = map(max, strides, dilation)
    if not all(0 <= rows < limit for rows, limit in zip(longer, limits, strict=True)):
        return False
    settings = (strides, padding, dilation, transposed, longer)
    node.args = (*node.args[:first], *settings, *node.args[first + 5 :])
    return True


def _find(graph, target):
    return graph.find_nodes(op="call_function", target=target)


def _shape(node):
    return node.meta["val"].shape


def _only_user(node):
    return next(iter(node.users)) if len(node.users) == 1 else None


def _is_kernel(node):
    return isinstance(node.target, torch._ops.OpOverload)


def _writes_to_inputs(node):
    return _is_kernel(node) and node.target._schema.is_mutable


def _escapes(node):
    """Whether the memory of a node may be that of an output."""
    return any(
        user.op == "output" or (_may_be_a_view(user) and _escapes(user)) for user in node.users
    )


def _may_be_a_view(node):
    return not _is_kernel(node) or any(r.alias_info for r in node.target._schema.returns)
