"""Passes over a traced PyTorch graph: the same values by fewer kernels.

What a trace writes down is what autograd did, one kernel after the other: tensors of ones that are
scaled and expanded, copies of constants, biases added in a pass of their own. On small networks
these cost a fifth of the step.
"""

from typing import Any

import torch

from keras_vae.engine.convolution_passes import simplify_convolutions

aten = torch.ops.aten

#: kernels that take an input for its shape alone
FILLED = (aten.ones_like.default, aten.zeros_like.default)
#: larger constants are computed at each step rather than kept
MOST_NUMBERS = 2**20


def simplify(graph_module: Any) -> Any:
    """Simplify a `torch.fx.GraphModule` in place, and return it. For calls without gradients."""
    drop_detachments(graph_module.graph)
    fold_constants(graph_module)
    add_biases_in_products(graph_module.graph)
    simplify_convolutions(graph_module.graph)
    graph_module.graph.eliminate_dead_code()
    graph_module.recompile()
    return graph_module


def drop_detachments(graph: Any) -> None:
    """`detach(a)` is `a` where nothing asks for gradients."""
    for node in graph.find_nodes(op="call_function", target=aten.detach.default):
        node.replace_all_uses_with(node.args[0])


def fold_constants(graph_module: Any) -> None:
    """Compute once what depends on neither an input nor a random number."""
    graph, values = graph_module.graph, {}
    for node in list(graph.nodes):
        if node.op == "get_attr":
            value = getattr(graph_module, node.target)
            if isinstance(value, torch.Tensor):
                values[node] = value
        elif node.target in FILLED:
            like = node.args[0].meta["val"]
            values[node] = node.target(
                torch.empty(like.shape, dtype=like.dtype, device=like.device), **node.kwargs
            )
        elif _is_pure(node) and all(source in values for source in node.all_input_nodes):
            args, kwargs = torch.fx.map_arg((node.args, node.kwargs), values.__getitem__)
            value = node.target(*args, **kwargs)
            if isinstance(value, torch.Tensor) and value.numel() <= MOST_NUMBERS:
                values[node] = value
    for index, (node, value) in enumerate(values.items()):
        # An output is the caller's own, to keep and to write to.
        if node.op == "get_attr" or not _is_read_only(node):
            continue
        name = f"_constant_{index}"
        graph_module.register_buffer(name, value, persistent=False)
        with graph.inserting_before(node):
            node.replace_all_uses_with(graph.get_attr(name))


def _is_pure(node):
    """Whether a node gives the same value at each call, and changes nothing."""
    if node.op != "call_function" or not isinstance(node.target, torch._ops.OpOverload):
        return False
    random = torch.Tag.nondeterministic_seeded in node.target.tags
    return not random and not node.target._schema.is_mutable


def _is_read_only(node):
    return all(_is_pure(user) for user in node.users)


def add_biases_in_products(graph: Any) -> None:
    """`mm(a, b) + bias` in one kernel, for biases that are weights."""
    for node in graph.find_nodes(op="call_function", target=aten.add.Tensor):
        product, bias = node.args
        if _is_product(product) and _is_bias(bias, product) and not node.kwargs:
            with graph.inserting_before(node):
                fused = graph.call_function(aten.addmm.default, (bias, *product.args))
            node.replace_all_uses_with(fused)


def _is_product(node):
    is_node = isinstance(node, torch.fx.Node)
    return is_node and node.target is aten.mm.default and len(node.users) == 1


def _is_bias(node, product):
    """Whether a node is a weight with one axis, and of the product's precision."""
    if not isinstance(node, torch.fx.Node) or node.op != "placeholder":
        return False
    one_axis = len(node.meta["tensor_meta"].shape) == 1
    return one_axis and node.meta["val"].dtype == product.meta["val"].dtype
