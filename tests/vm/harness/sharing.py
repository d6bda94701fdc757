# SPDX-License-Identifier: GPL-2.0-only
"""Which story is told on which kernel, where not each is told on all."""
from zlib import crc32


def shared_out(items):
    """Variants of a story take turns with the kernels; which one begins, its name decides. One that measures and has no
    variants is told on all."""
    told = {}  # story -> {variant: {kernel: item}}
    for item in items:
        kernel = item.callspec.params.get("kernel", "") if hasattr(item, "callspec") else ""
        variants = told.setdefault(f"{item.path.name}::{getattr(item, 'originalname', item.name)}", {})
        variants.setdefault(item.name.replace(kernel, ""), {})[kernel] = item
    chosen = set()
    for story, variants in told.items():
        for number, (_, kernels) in enumerate(sorted(variants.items()), crc32(story.encode())):
            one = kernels[sorted(kernels)[number % len(kernels)]]
            chosen.update(kernels.values() if len(variants) == 1 and one.get_closest_marker("alone") else [one])
    return [item for item in items if item in chosen]
