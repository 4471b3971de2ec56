"""Writes tests/models/published.txt: what torchvision says of the architectures that lince has, each on a line
    name parameters multiply-adds/1e9 accuracy image-size resize interpolation

of the weights IMAGENET1K_V1; parameters without the classifiers that only help to train (GoogLeNet, Inception v3).

    python tests/reference/published.py NAME... > tests/models/published.txt      (torchvision; names: lince help models)
"""
import sys
import torchvision

for name in sys.argv[1:]:
    if name not in torchvision.models.list_models():
        continue
    weights = torchvision.models.get_model_weights(name).IMAGENET1K_V1
    more = {"aux_logits": False, "init_weights": False} if name in ("googlenet", "inception_v3") else {}
    parameters = sum(p.numel() for p in torchvision.models.get_model(name, weights=None, **more).parameters())
    t = weights.transforms()
    print(name, parameters, weights.meta["_ops"], weights.meta["_metrics"]["ImageNet-1K"]["acc@1"], t.crop_size[0], t.resize_size[0],
          t.interpolation.value)
