import json, subprocess, sys

zeroth = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

def call(**request):
    print(json.dumps(request), file=zeroth.stdin, flush=True)
    return json.loads(zeroth.stdout.readline())

def train(arch):  # yours: the accuracy after training
    return 90 - arch.count("none") - 0.5 * arch.count("skip_connect")

known = {}
for _ in range(5):
    for row in call(ask=4)["proposals"]:
        known[row["arch"]] = train(row["arch"])
    call(tell=list(known.items()))
print(max(known, key=known.get), max(known.values()))
