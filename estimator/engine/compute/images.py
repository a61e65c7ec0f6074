"""Vision and image-generation models by name: rules, detector arithmetic, the catalogue."""

from __future__ import annotations

import re
from dataclasses import replace

from estimator.engine.compute.lexicon import Lexicon, ModelInfo, catalogue_entry
from estimator.evidence.things import BaseModel

_BACKBONES = (
    (r"x.?101.?64x4d", 15.5),
    (r"x.?101.?32x8d|x.?101", 16.5),
    (r"x.?152", 11.8 * 2),
    (r"r(esnet)?.?152", 11.5),
    (r"r(esnet)?.?101|hr.?net", 7.8),
    (r"r(esnet)?.?34", 3.67),
    (r"r(esnet)?.?18", 1.82),
    (r"mobilenet", 0.6),
    (r"swin.?l", 34.5),
    (r"swin.?b", 15.5),
    (r"swin.?t", 4.5),
    (r"", 4.1),
)
_COCO_AREA_RATIO = 16.9
"""Mean COCO training image at 800 px short side (800 x 1060) over 224 x 224."""


def detector(name: str) -> ModelInfo | None:
    """Two-stage and one-stage detectors on COCO from backbone and head, 800 px short side.

    GMAC = backbone + neck and region proposals + box head + mask or keypoint head; heads count
    512 sampled regions in training. FPN: 110 GMAC above the backbone (180 in total with ResNet-50,
    as published); C4: fifth stage on every region, 0.81 GMAC each.
    """
    low = name.lower()
    if not re.search(r"r-?cnn|retinanet|\brpn\b|panoptic|fcos|(?<!stable )cascade", low):
        return None
    backbone = next(g for p, g in _BACKBONES if re.search(p, low))
    base = backbone * _COCO_AREA_RATIO
    fpn_backbone = 4.1 * _COCO_AREA_RATIO
    if "retinanet" in low or "fcos" in low:
        gmac = base + 134
    elif re.search(r"\brpn\b", low) and "cnn" not in low:
        gmac = base + (10 if "c4" in low else 60)
    elif "c4" in low:
        gmac = 0.82 * base + 512 * 0.81
    elif "dc5" in low:
        gmac = base + 0.2 * base * 3 + 53 + 20
    else:
        gmac = base + (180 - fpn_backbone)
    if re.search(r"mask|panoptic|instance", low):
        gmac += 60
    if re.search(r"kps|keypoint", low):
        gmac += 100
    if "cascade" in low:
        gmac += 30
    if "panoptic" in low:
        gmac += 40
    family = "retinanet" if "retinanet" in low else "rcnn_c4" if "c4" in low else "rcnn"
    return ModelInfo(
        name,
        family,
        "detection",
        44e6,
        forward_gflop=2 * gmac,
        input_size=800,
        input_unit="short px",
    )


def regnet(name: str) -> ModelInfo | None:
    """RegNetX-400MF carries its multiply-adds in the name."""
    m = re.search(r"regnet.{0,3}?[xyz]?.?(\d+(?:\.\d+)?) ?([mg])f", name.lower())
    if not m:
        m2 = re.search(r"regnet[xyz]_?(\d{3})\b", name.lower())
        if not m2:
            return None
        gmac = float(m2.group(1)) / 10
    else:
        gmac = float(m.group(1)) / (1000 if m.group(2) == "m" else 1)
    return ModelInfo(
        name,
        "regnet",
        "cnn",
        5e6 * gmac + 4e6,
        forward_gflop=2 * gmac,
        input_size=224,
        input_unit="px",
    )


def image_model(name: str, params: float | None, lexicon: Lexicon) -> ModelInfo | None:
    """Vision and image-generation models from rules, detector arithmetic or the catalogue."""
    for derive in (detector, regnet):
        found = derive(name)
        if found:
            return found
    low = name.lower()
    width = re.search(r"(?:resnet-?|\br)(\d{2,3})[ -]?\(?(?:x(\d)|(\d)x)", low)
    if width:
        deep = image_model(f"resnet{width.group(1)}", None, lexicon)
        k = float(width.group(2) or width.group(3))
        if deep and deep.forward_gflop:
            return replace(
                deep,
                name=name,
                forward_gflop=deep.forward_gflop * k * k,
                params=(deep.params or 0.0) * k * k,
            )
    stated = next((r.info for r in lexicon.images if r.is_stated and r.pattern.search(low)), None)
    if stated:
        return replace(stated, name=name, params=params or stated.params)
    entry = catalogue_entry(name, lexicon.catalogue)
    if entry and entry.forward_gflop and entry.input_size:
        rule = next((r for r in lexicon.images if r.pattern.search(low)), None)
        family = (
            rule.info.family if rule else re.sub(r"[\W\d].*", "", entry.family.lower()) or "cnn"
        )
        group = rule.info.group if rule else _image_group(low, entry)
        return ModelInfo(
            name, family, group, entry.params_total, forward_gflop=entry.forward_gflop,
            input_size=entry.input_size, input_unit=entry.input_unit,
        )  # fmt: skip
    for rule in lexicon.images:
        if rule.pattern.search(low):
            info = replace(rule.info, name=name, params=params or rule.info.params)
            return info
    return None


def _image_group(low: str, entry: BaseModel) -> str:
    tasks = " ".join(entry.tasks)
    if "yolo" in low or "detect" in tasks:
        return "detection"
    if "segment" in tasks:
        return "segmentation"
    return "vit" if re.search(r"vit|swin|deit|dino|clip", low) else "cnn"
