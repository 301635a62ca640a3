"""Writes small files of the shapes that NAS-Bench-201, NATS-Bench, TransNAS-Bench-101 and HW-NAS-Bench have, into the
folder given. Without an argument "torch" only the standard library is used."""
import bz2
import collections
import os
import pickle
import sys

folder = sys.argv[1]
OPERATIONS = ["none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"]


def path(*names):
    full = os.path.join(folder, *names)
    os.makedirs(os.path.dirname(full), exist_ok=True)
    return full


def architecture(index):
    first, second = OPERATIONS[index % 5], OPERATIONS[index // 5 % 5]
    return f"|{first}~0|+|{second}~0|none~1|+|nor_conv_3x3~0|none~1|skip_connect~2|"


def run(data, seed, epochs, sets, index):
    """One training run, with numbers that tell where they come from."""
    accuracy = index + epochs / 1000 + (seed - 777) / 111 * 0.3
    return {
        "name": "infer.tiny", "net_state_dict": None, "train_acc1es": {i: 50.0 for i in range(epochs)},
        "train_acc5es": {}, "train_losses": {i: 1.0 for i in range(epochs)},
        "train_times": collections.OrderedDict((i, 2.0) for i in range(epochs)),
        "arch_config": {"arch_str": architecture(index), "class_num": 10}, "params": 0.129306, "flop": 15.64736,
        "seed": seed, "epochs": epochs, "latency": [0.01, 0.03], "eval_names": list(sets),
        "eval_acc1es": {f"{name}@{i}": (accuracy + 10 * place if i == epochs - 1 else 0.0)
                        for place, name in enumerate(sets) for i in range(epochs)},
        "eval_losses": {}, "eval_times": {f"{name}@{i}": 0.5 for name in sets for i in range(epochs)},
    }


def budget(index, epochs, seeds):
    results = {}
    for data, sets in (("cifar10-valid", ("x-valid", "ori-test")), ("cifar10", ("ori-test",)),
                       ("cifar100", ("x-valid", "x-test", "ori-test")), ("ImageNet16-120", ("x-valid", "x-test"))):
        for seed in seeds:
            results[(data, seed)] = run(data, seed, epochs, sets, index)
    return {"arch_index": index, "arch_str": architecture(index), "all_results": results,
            "dataset_seed": {"cifar10": list(seeds)}, "clear_net_done": True}


def nats(index, names=("12", "200")):
    # 20 epochs stand for 200: the name says how long the training was, the run says where its last epoch is.
    return {names[0]: budget(index, 12, (777,)), names[1]: budget(index, 20, (999, 777, 888)[: 1 + index % 3])}


def whole(count):
    return {"meta_archs": [architecture(i) for i in range(count)], "total_archs": count,
            "arch2infos": {i: nats(i, ("less", "full")) for i in range(count)}, "evaluated_indexes": set(range(count))}


def transnas(index):
    tasks = {"class_object": "top1", "class_scene": "top1", "jigsaw": "top1", "room_layout": "neg_loss",
             "segmentsemantic": "mIoU", "normal": "ssim", "autoencoder": "ssim"}
    return {task: {"total_epochs": 3, "model_info": {"model_params": 1000 + index},
                   "metrics": {f"valid_{metric}": [None, 9.0, 5.0 + index], f"test_{metric}": [1.0, 2.0, 4.0 + place]}}
            for place, (task, metric) in enumerate(tasks.items())}


def transnas_whole():
    return {"metrics_dict": {}, "info_names": ["model_params"], "task_list": [],
            "data": {"macro": {f"64-{i}11{1 + i}-basic": transnas(i) for i in range(1, 3)},
                     "micro": {f"64-41414-{i}_00_123": transnas(i) for i in range(4)}}}


def hardware(column):
    data = {"config": [{"arch_str": architecture(i)} for i in range(3)]}
    for place, name in enumerate(["edgegpu_latency", "edgegpu_energy", "raspi4_latency", "edgetpu_latency",
                                  "pixel3_latency", "eyeriss_latency", "eyeriss_energy",
                                  "eyeriss_arithmetic_intensity", "fpga_latency", "fpga_energy"]):
        data[name] = column(place)
    return {"nasbench201": {name: data for name in ("cifar10", "cifar100", "ImageNet16-120")}, "fbnet": {}}


class Command:
    def __reduce__(self):
        return os.system, (f"touch {os.path.join(folder, 'pwned')}",)


def write(name, value, protocol=4):
    with open(path(name), "wb") as file:
        pickle.dump(value, file, protocol=protocol)


if "torch" in sys.argv:
    import numpy
    import torch

    torch.save(whole(3), path("today.pth"))
    torch.save(whole(3), path("before_1.6.pth"), _use_new_zipfile_serialization=False)
    torch.save(transnas_whole(), path("transnas.pth"))
    with_tensor = whole(2)
    with_tensor["arch2infos"][0]["full"]["all_results"][("cifar10", 999)]["net_state_dict"] = (
        collections.OrderedDict(weight=torch.nn.Parameter(torch.ones(3, 2)), steps=torch.tensor(4)))
    torch.save(with_tensor, path("tensors.pth"))
    write("hardware.pickle", hardware(lambda place: numpy.arange(3, dtype=">f4") + place))
    write("hardware2.pickle", hardware(lambda place: [numpy.float64(i + place) for i in range(3)]), 2)
    write("hardware3.pickle", hardware(lambda place: numpy.array([i + place for i in range(3)], dtype=object)), 3)
    write("hardware4.pickle", hardware(lambda place: numpy.arange(3, dtype="c16") + place))
    sys.exit()

for index in range(4):
    with bz2.open(path("NATS-tss-v1_0-3ffb9-simple", f"{index:06d}.pickle.pbz2"), "wb") as file:
        pickle.dump(nats(index), file, protocol=4)
with bz2.open(path("NATS-tss-v1_0-3ffb9-simple", "meta.pickle.pbz2"), "wb") as file:
    pickle.dump({"meta_archs": [architecture(i) for i in range(4)]}, file)
for protocol in range(6):
    write(f"whole{protocol}.pickle", whole(4), protocol)
# More than Python writes at once.
write("long.pickle", {"arch2infos": {i: {"200": {"arch_str": str(i), "all_results": {}}, "12": {"all_results": {}}} for i in range(2500)}})
ordered = collections.OrderedDict((i, collections.OrderedDict(nats(i))) for i in range(3))
write("ordered.pickle", {"meta_archs": [], "arch2infos": ordered})
write("one.pickle", {"arch2infos": {0: {"200": budget(0, 20, (777,))}}})
write("transnas.pickle", transnas_whole())
write("hardware.pickle", hardware(lambda place: [float(i + place) for i in range(3)]))
write("short.pickle", hardware(lambda place: [float(i + place) for i in range(3 - place // 9)]))
write("command.pickle", {"arch2infos": {0: Command()}})
write("command0.pickle", {"arch2infos": {0: Command()}}, 0)
write("eval.pickle", {"arch2infos": {0: eval}})
write("code.pickle", {"nasbench201": collections.Counter})
cycle = {"arch2infos": {}}
cycle["arch2infos"][0] = cycle
write("cycle.pickle", cycle)
with open(path("deep.pickle"), "wb") as file:  # Python itself would stop at its own recursion limit
    file.write(b"\x80\x04" + b"]" * 100000 + b"a" * 99999 + b".")
with open(path("marks.pickle"), "wb") as file:
    file.write(b"\x80\x04" + b"(" * 100000 + b".")
with bz2.open(path("bomb.pickle.pbz2"), "wb") as file:
    file.write(b"\x80\x04" + b"\x8e" + (3 << 30).to_bytes(8, "little"))
    for _ in range(64):
        file.write(bytes(1 << 20))
with bz2.open(path("NATS-bomb", "000000.pickle.pbz2"), "wb") as file:
    file.write(b"\x80\x04" + b"N0" * (1 << 21))  # None, away with it, None, ...
