"""Folders and files of the diffusers library: read in every form, written, or refused by name."""

import copy
import json
import random
import sys
import types

import diffusers_golden as golden
import keras
import ml_dtypes
import numpy as np
import pytest
from checks import BACKEND, quick_compile
from test_preset_fuzz import mutate

import keras_vae
from keras_vae import VAE, models, pretrained
from keras_vae.pretrained import PresetError

safetensors = pytest.importorskip("safetensors.numpy")
#: what is read is the same on every backend; the parity is tested on all
pytestmark = pytest.mark.skipif(BACKEND != "torch", reason="runs on torch")

RECORDED = golden.recorded("kl")
TENSORS = golden.weights(RECORDED["shapes"])
X = golden.images((2, 8, 8, 3))
WEIGHTS = "diffusion_pytorch_model.safetensors"


def write(folder, tensors=TENSORS, name=WEIGHTS, config=golden.KL, **changed):
    """A folder as the library writes it."""
    folder.mkdir(parents=True, exist_ok=True)
    config = {**config, "_diffusers_version": "0.42.1", "force_upcast": False, **changed}
    (folder / "config.json").write_text(json.dumps(config))
    if tensors is not None:
        safetensors.save_file(tensors, folder / name)
    return folder


def assert_whole(vae, tolerance=1e-5):
    assert type(vae) is models.AutoencoderKL
    assert np.max(np.abs(vae.encode(X) - RECORDED["mean"])) < tolerance


def refuses(source, *parts, error=PresetError, **kwargs):
    with pytest.raises(error) as caught:
        VAE.from_preset(source, **kwargs)
    assert all(part in str(caught.value) for part in parts), str(caught.value)


# ---- the forms ---------------------------------------------------------------------------------


def test_a_folder_and_that_of_a_whole_diffusion_model(tmp_path):
    folder = write(tmp_path / "model" / "vae")
    assert_whole(VAE.from_preset(folder))
    assert_whole(models.AutoencoderKL.from_preset(tmp_path / "model"))
    with pytest.raises(ValueError, match="BetaVAE.from_preset needs a preset of a BetaVAE"):
        models.BetaVAE.from_preset(folder)
    untrained = VAE.from_preset(folder, load_weights=False)
    assert np.max(np.abs(untrained.encode(X) - RECORDED["mean"])) > 0.1


def test_half_precision_comes_as_a_variant_and_in_float32(tmp_path):
    dtypes = ("float16", ml_dtypes.bfloat16)
    half = {key: value.astype(dtypes[i % 2]) for i, (key, value) in enumerate(TENSORS.items())}
    write(tmp_path, half, "diffusion_pytorch_model.fp16.safetensors")
    vae = VAE.from_preset(tmp_path, variant="fp16")
    assert {v.dtype for v in vae.encoder.weights} == {"float32"}
    assert_whole(vae, 0.1)
    refuses(tmp_path, "variant='fp16'", "fp16.safetensors", error=FileNotFoundError)
    refuses(tmp_path, "variant", error=ValueError, variant="../fp16")


@pytest.mark.parametrize("variant", [None, "fp16"])
def test_shards(tmp_path, variant):
    write(tmp_path, None)
    keys, middle = sorted(TENSORS), len(TENSORS) // 2
    names = [f"diffusion_pytorch_model-0000{i}-of-00002.safetensors" for i in (1, 2)]
    for name, part in zip(names, (keys[:middle], keys[middle:]), strict=True):
        safetensors.save_file({key: TENSORS[key] for key in part}, tmp_path / name)
    where = {key: names[i >= middle] for i, key in enumerate(keys)}
    index = f"{WEIGHTS}.index.json" if variant is None else f"{WEIGHTS}.index.fp16.json"
    (tmp_path / index).write_text(json.dumps({"metadata": {}, "weight_map": where}))
    assert_whole(VAE.from_preset(tmp_path, variant=variant))
    (tmp_path / index).write_text(json.dumps({"weight_map": {"a": "../x.safetensors"}}))
    refuses(tmp_path, "beside itself", variant=variant)
    (tmp_path / index).write_text("[]")
    refuses(tmp_path, "index of shards", variant=variant)


OLD = {"to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"}


def test_old_names_of_attention(tmp_path):
    tensors = {}
    for key, value in TENSORS.items():
        for new, old in OLD.items():
            key = key.replace(f".{new}.", f".{old}.")
        # In the encoder as matrices, in the decoder as 1x1 convolutions: both were.
        square = key.startswith("decoder") and ".attentions." in key and value.ndim == 2
        tensors[key] = value[:, :, None, None] if square else value
    assert_whole(VAE.from_preset(write(tmp_path, tensors)))


def to_latent_diffusion(key):
    """A key in the layout of latent diffusion's own code, for two stages, as its code names it."""
    names = {"to_q": "q", "to_k": "k", "to_v": "v", "to_out.0": "proj_out", "group_norm": "norm"}
    for new, old in names.items():
        key = key.replace(f"attentions.0.{new}.", f"attn_1.{old}.")
    for new, old in (
        ("mid_block.attn_1", "mid.attn_1"),
        ("mid_block.resnets.0", "mid.block_1"),
        ("mid_block.resnets.1", "mid.block_2"),
        ("down_blocks", "down"),
        ("up_blocks.0", "up.second"),
        ("up_blocks.1", "up.0"),
        ("up.second", "up.1"),
        ("resnets", "block"),
        ("downsamplers.0", "downsample"),
        ("upsamplers.0", "upsample"),
        ("conv_shortcut", "nin_shortcut"),
        ("conv_norm_out", "norm_out"),
    ):
        key = key.replace(new, old)
    return key


@pytest.mark.parametrize("prefix", ["", "first_stage_model."])
def test_a_single_file_of_latent_diffusion(tmp_path, prefix):
    tensors = {f"{prefix}{to_latent_diffusion(key)}": value for key, value in TENSORS.items()}
    assert f"{prefix}decoder.up.1.block.0.conv1.weight" in tensors
    tensors |= {f"{prefix}loss.logvar": np.zeros(1, "float32")}
    if prefix:
        tensors |= {"model.diffusion_model.out.0.bias": np.zeros(1, "float32")}
    path = tmp_path / "vae.safetensors"
    safetensors.save_file(tensors, path)
    assert_whole(VAE.from_preset(path, scaling_factor=0.5, groups=2))
    refuses(path, "scaling_factor=0.18215", error=ValueError)
    safetensors.save_file({"a": np.zeros(1, "float32")}, path)
    refuses(path, "latent diffusion's layout", "['a']")
    path.write_bytes(b"no such file")
    refuses(path, "must be a safetensors file")


def test_the_hub(tmp_path, monkeypatch):
    asked = {}

    def snapshot_download(**kwargs):
        asked.update(kwargs)
        return str(tmp_path)

    write(tmp_path / "vae")
    hub = types.SimpleNamespace(snapshot_download=snapshot_download)
    monkeypatch.setitem(sys.modules, "huggingface_hub", hub)
    for source, revision in {
        "hf://user/my-repo": None,
        "hf://user/my-repo@v1.0/vae": "v1.0",
        "hf://user/my-repo@refs/pr/3/vae": "refs/pr/3",
    }.items():
        assert_whole(VAE.from_preset(source))
        assert (asked["repo_id"], asked["revision"]) == ("user/my-repo", revision)
        assert f"vae/{WEIGHTS}" in asked["allow_patterns"]
        assert "*" not in {pattern[:1] for pattern in asked["allow_patterns"]}  # no others' files


@pytest.mark.parametrize("form", ["zip", "safetensors"])
def test_a_url(tmp_path, monkeypatch, form):
    import shutil

    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    if form == "zip":
        write(tmp_path / "in" / "model")
        file = tmp_path / "model.zip"
        shutil.make_archive(str(file.with_suffix("")), "zip", tmp_path / "in")
    else:
        file = tmp_path / "model.safetensors"
        safetensors.save_file({to_latent_diffusion(k): v for k, v in TENSORS.items()}, file)
    sha256 = pretrained.folder._sha256(file)
    path = pretrained.sources.fetch_archive(file.as_uri(), sha256)
    options = {} if form == "zip" else {"scaling_factor": 1.0, "groups": 2}
    assert_whole(VAE.from_preset(path, **options))
    file.unlink()
    assert pretrained.sources.fetch_archive(file.as_uri(), sha256) == path


# ---- arguments beside it -----------------------------------------------------------------------


def test_ranges_of_images(tmp_path):
    folder = write(tmp_path)
    unit = VAE.from_preset(folder, image_range=(0, 1))
    in_bytes = VAE.from_preset(folder, image_range=(0, 255))
    assert np.max(np.abs(unit.encode((X + 1) / 2) - RECORDED["mean"])) < 1e-5
    assert np.max(np.abs(2 * unit.decode(RECORDED["mean"]) - 1 - RECORDED["decoded"])) < 2e-5
    images = np.rint((X + 1) * 127.5).astype("uint8")
    plain = VAE.from_preset(folder).encode(images / np.float32(127.5) - 1)
    np.testing.assert_allclose(in_bytes.encode(images), plain, atol=1e-5)
    decoded = in_bytes.decode(RECORDED["mean"]) / 127.5 - 1
    assert np.max(np.abs(decoded - RECORDED["decoded"])) < 2e-5


def test_arguments_of_the_constructor(tmp_path):
    vae = VAE.from_preset(write(tmp_path), data_shape=(8, 8, 3), likelihood="normal", seed=1)
    assert vae.data_shape == (8, 8, 3)
    assert vae.generate(2, seed=0).shape == (2, 8, 8, 3)
    preset = tmp_path / "preset"
    vae.save_to_preset(preset)
    assert_whole(VAE.from_preset(preset))
    refuses(preset, "diffusers library only", error=ValueError, seed=1)
    refuses(preset, "diffusers library only", error=ValueError, variant="fp16")


# ---- refused -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("act_fn", "relu"),
        ("latents_mean", [0.0] * 4),
        ("down_block_types", ["DownEncoderBlock2D", "AttnDownEncoderBlock2D"]),
        ("up_block_types", ["UpDecoderBlock2D"]),
        ("out_channels", 4),
        ("new_idea", True),
        ("layers_per_block", 1000),
        ("norm_num_groups", [2] * 1000),
    ],
)
def test_what_a_config_asks_that_is_not_there_is_refused_by_its_key(tmp_path, key, value):
    refuses(write(tmp_path, **{key: value}), key, str(value))


def test_an_unknown_class_is_refused(tmp_path):
    folder = write(tmp_path, _class_name="AutoencoderKLWan")
    refuses(folder, "AutoencoderKLWan", "'AutoencoderKL'")


def test_tensors_that_do_not_fit_are_listed(tmp_path):
    tensors = dict(TENSORS)
    del tensors["encoder.conv_in.bias"]
    tensors["encoder.extra.weight"] = np.zeros((2, 2), "float32")
    tensors["decoder.conv_out.bias"] = np.zeros(4, "float32")
    parts = ("lacks 1 tensors: encoder.conv_in.bias", "encoder.extra.weight", "(4,), not (3,)")
    refuses(write(tmp_path, tensors), *parts)


def test_a_model_larger_than_its_weights_is_not_made(tmp_path):
    refuses(write(tmp_path, block_out_channels=[512, 1024]), "as large as its weights")


def test_integers_are_no_weights(tmp_path):
    tensors = {**TENSORS, "encoder.conv_in.bias": np.zeros(4, "int64")}
    refuses(write(tmp_path, tensors), "I64", "encoder.conv_in.bias")


def test_without_the_library_the_extra_is_named(tmp_path, monkeypatch):
    folder = write(tmp_path)
    monkeypatch.setitem(sys.modules, "safetensors", None)
    refuses(folder, "pip install keras_vae[hub]", error=ImportError)


# ---- back --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["kl", "kl_without_quant_conv", "vq", "dc", "tiny"])
def test_what_is_written_is_what_was_read(tmp_path, name):
    recorded = golden.recorded(name)
    tensors = golden.weights(recorded["shapes"])
    config = recorded["config"]
    vae = VAE.from_preset(write(tmp_path / "theirs", tensors, config=config), image_range=(0, 1))
    vae.to_diffusers(tmp_path / "ours")
    written = safetensors.load_file(tmp_path / "ours" / WEIGHTS)
    assert set(written) == set(tensors)
    for key, value in tensors.items():
        np.testing.assert_array_equal(written[key], value)
    again = json.loads((tmp_path / "ours/config.json").read_text())
    assert {key: again[key] for key in config} == config


CHANGED = [
    ("vq", {"norm_type": "spatial"}, "'norm_type' as one of .'group'."),
    ("vq", {"up_block_types": ["UpDecoderBlock2D", "AttnUpDecoderBlock2D"]}, "'up_block_types' as"),
    ("vq", {"num_vq_embeddings": 2**20 + 1}, "'num_vq_embeddings' as at most 1048576"),
    ("dc", {"decoder_norm_types": ["batch_norm", "rms_norm"]}, "'decoder_norm_types' as"),
    ("dc", {"decoder_block_types": "ResBlock"}, "'decoder_block_types' as"),
    ("dc", {"encoder_layers_per_block": [0, 1]}, "'encoder_layers_per_block' as"),
    ("dc", {"decoder_qkv_multiscales": [[], [3]]}, "'decoder_qkv_multiscales' as"),
    ("dc", {"decoder_in_shortcut": False}, "'decoder_in_shortcut' as"),
    ("dc", {"downsample_block_type": "mean"}, "'downsample_block_type' as"),
]


@pytest.mark.parametrize(("name", "changed", "message"), CHANGED, ids=lambda value: str(value)[:30])
def test_what_is_not_there_is_refused_by_its_key(tmp_path, name, changed, message):
    recorded = golden.recorded(name)
    folder = write(
        tmp_path, golden.weights(recorded["shapes"]), config=recorded["config"], **changed
    )
    with pytest.raises(PresetError, match=message):
        VAE.from_preset(folder)


def test_a_codebook_that_was_read_does_not_start_anew(tmp_path):
    recorded = golden.recorded("vq")
    folder = write(tmp_path, golden.weights(recorded["shapes"]), config=recorded["config"])
    vae = VAE.from_preset(folder, data_shape=(8, 8, 3))
    codes = keras.ops.convert_to_numpy(vae.posterior_layer.vectors())
    vae.compile(keras.optimizers.SGD(1e-9))
    vae.fit(X, verbose=0)
    after = keras.ops.convert_to_numpy(vae.posterior_layer.vectors())
    np.testing.assert_allclose(after, codes, atol=1e-6)


def test_the_library_reads_what_was_trained_here(tmp_path):
    diffusers = pytest.importorskip("diffusers")
    vae = quick_compile(VAE.from_preset(write(tmp_path / "theirs"), data_shape=(8, 8, 3)))
    vae.fit(X, verbose=0)
    vae.to_diffusers(tmp_path / "ours")
    theirs = golden.outputs(diffusers.AutoencoderKL.from_pretrained(tmp_path / "ours"), X)
    assert np.max(np.abs(vae.encode(X) - theirs["mean"])) < 1e-5
    assert np.max(np.abs(vae.reconstruct(X) - theirs["decoded"])) < 1e-5


def test_what_the_library_cannot_have_is_not_written(tmp_path):
    small = {"filters": (4,), "groups": 2}
    vae = models.AutoencoderKL((4, 4), condition_shape=(2,), **small)
    with pytest.raises(ValueError, match="no condition, images with channels"):
        vae.to_diffusers(tmp_path / "new")
    (tmp_path / "thesis.txt").write_text("keep")
    vae = models.AutoencoderKL((4, 4, 3), **small)
    with pytest.raises(ValueError, match="something else"):
        vae.to_diffusers(tmp_path)
    vae = keras_vae.models.AutoencoderKL((4, 4, 3), network="mlp", hidden=(4,))
    with pytest.raises(ValueError, match="kind LatentDiffusion"):
        vae.to_diffusers(tmp_path / "new")
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_file_of_keras_keeps_the_scale(tmp_path):
    vae = models.AutoencoderKL((4, 4, 3), filters=(4,), groups=2, shift_factor=0.25)
    vae.save(tmp_path / "vae.keras")
    again = keras.saving.load_model(tmp_path / "vae.keras")
    x = X[:, :4, :4]
    np.testing.assert_array_equal(again.encode(x, scaled=True), vae.encode(x, scaled=True))
    draws = vae.encode(x, 3, scaled=True, seed=0)
    np.testing.assert_allclose(draws, (vae.encode(x, 3, seed=0) - 0.25) * 0.18215, rtol=1e-5)


def test_spoiled_configs_are_refused_by_the_one_kind_of_error(tmp_path):
    rng, folder = random.Random(5), write(tmp_path / "model")
    before = json.loads((folder / "config.json").read_text())
    refused = 0
    for _ in range(30):
        config = copy.deepcopy(before)
        mutate(config, rng)
        (folder / "config.json").write_text(json.dumps({**config, "_class_name": "AutoencoderKL"}))
        try:
            VAE.from_preset(folder)
        except PresetError:
            refused += 1
    assert 10 < refused < 30
