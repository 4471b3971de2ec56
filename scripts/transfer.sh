#!/usr/bin/env bash
# What pretraining is worth, measured on CIFAR-10 (docs/results.md):
#   (a) SqueezeNet 1.1 (or MODEL) with ImageNet's weights, at 96 pixels, on 10, 100 and 1,000 pictures a class: its head only, with
#       the frozen part's features computed once; the whole network, the backbone at a tenth of the rate; and from scratch
#   (b) VGG16 trained on five classes, then fine-tuned on the other five from 10, 50 and 500 pictures a class; and from scratch
#   (c) VGG16 with ImageNet's convolutions (VGG16: their file), on 10, 100, 1,000 and 4,500 pictures a class; and from scratch, as
#       many steps of it
# Runs that are there are not repeated, an interrupted one goes on. The table goes to RUNS/transfer.csv, a figure of it to
# RUNS/transfer.svg.
#
#   DATA=cifar10.zip WEIGHTS=squeezenet1_1.safetensors scripts/transfer.sh LINCE [a|b|c]
#   MODEL=tf_efficientnet_lite0 WEIGHTS=efficientnet-lite0-57934424.pth: another network for (a)
#   SEEDS="1 2 3": of the pictures drawn, the order and the head; RUNS: folder (runs/transfer); OPTIONS: of lince train, for
#   all; QUICK=1: one epoch each, to try the script
set -euo pipefail
lince=$1
part=${2:-abc}
runs=${RUNS:-runs/transfer}
model=${MODEL:-squeezenet1_1}
first=airplane,automobile,bird,cat,deer
second=dog,frog,horse,ship,truck
mkdir -p "$runs"

# run NAME SEED OPTIONS...: trains, unless the test results are there
run() {
    local name=$1-seed$2 seed=$2
    shift 2
    # shellcheck disable=SC2206
    local out=$runs/$name options=(--data "$DATA" --seed "$seed" --out "$runs/$name" "$@" ${OPTIONS:-})
    [ -z "${QUICK:-}" ] || options+=(--epochs 1)
    if [ -e "$out/test.json" ]; then return; fi
    if [ -e "$out/config.yaml" ]; then options=(--resume "$out"); fi
    "$lince" train "${options[@]}"
}

# pictures N OPTIONS...: the options for N pictures a class; few pictures make few steps an epoch
pictures() {
    case $1 in
    10) echo --train-limit 10 --batch-size 10 --epochs 40 ;;
    50) echo --train-limit 50 --batch-size 25 --epochs 40 ;;
    100) echo --train-limit 100 --batch-size 32 --epochs 20 ;;
    500) echo --train-limit 500 --batch-size 64 --epochs 15 ;;
    1000) echo --train-limit 1000 --batch-size 64 --epochs 8 ;;
    esac
}

# The same of VGG16, which takes its time.
few_steps() {
    case $1 in
    10) echo --train-limit 10 --batch-size 10 --epochs 30 ;;
    100) echo --train-limit 100 --batch-size 32 --epochs 12 ;;
    1000) echo --train-limit 1000 --batch-size 64 --epochs 3 ;;
    4500) echo --batch-size 64 --epochs 1 ;;
    esac
}

imagenet() {
    local common=(--model "$model" --image-size 96 --optimizer adamw --scheduler onecycle --weight-decay 0.01 --decay-norms
        --val-split 0.01)
    local n seed
    for seed in ${SEEDS:-1}; do
        for n in 10 100 1000; do
            # shellcheck disable=SC2046
            {
                run a-head-$n "$seed" "${common[@]}" $(pictures $n) --weights "$WEIGHTS" --freeze features --lr 0.003
                run a-whole-$n "$seed" "${common[@]}" $(pictures $n) --weights "$WEIGHTS" --augment flip --lr 0.001 \
                    --lr-backbone 0.0001
                run a-scratch-$n "$seed" "${common[@]}" $(pictures $n) --normalize imagenet --augment flip --lr 0.001
            }
        done
    done
}

halves() {
    local common=(--model vgg16 --head 512 --normalize cifar10 --optimizer adamw --scheduler onecycle --weight-decay 0.01 --decay-norms)
    local n seed
    run b-first 1 "${common[@]}" --classes $first --augment standard --epochs 6 --batch-size 64 --lr 0.0001 --lr-backbone 0.0003 \
        --val-split 0.05
    for seed in ${SEEDS:-1}; do
        for n in 10 50 500; do
            # shellcheck disable=SC2046
            {
                run b-fine-$n "$seed" "${common[@]}" $(pictures $n) --classes $second --augment standard --val-split 0.02 \
                    --weights "$runs/b-first-seed1/weights/best.safetensors" --lr 0.0001 --lr-backbone 0.00005
                run b-scratch-$n "$seed" "${common[@]}" $(pictures $n) --classes $second --augment standard \
                    --val-split 0.02 --lr 0.0001 --lr-backbone 0.0003
            }
        done
    done
}

convolutions() {
    local common=(--model vgg16 --head none --optimizer adamw --scheduler onecycle --weight-decay 0.01 --augment crop=2,flip
        --find-duplicates no)
    local n seed
    for seed in ${SEEDS:-1 2 3}; do
        for n in 10 100 1000 4500; do
            # shellcheck disable=SC2046
            {
                run c-imagenet-$n "$seed" "${common[@]}" $(few_steps $n) --weights "$VGG16" --lr 0.0002
                run c-scratch-$n "$seed" "${common[@]}" $(few_steps $n) --normalize cifar10 --lr 0.0002
            }
        done
    done
}

# The accuracy and the seconds of every run.
table() {
    echo run,accuracy,seconds
    local folder
    for folder in "$runs"/[abc]-*/; do
        [ -e "$folder/test.json" ] || continue
        printf '%s,%s,%s\n' "$(basename "$folder")" "$(sed -n 's/^  "accuracy": \([0-9.e-]*\),*$/\1/p' "$folder/test.json")" \
            "$(tail -n 1 "$folder/results.csv" | cut -d, -f2)"
    done
}

# curve a-head: a block of gnuplot's, pictures a class, the mean accuracy over the seeds, and the 95 % interval of that mean
# by Student's t (of one seed: none)
curve() {
    printf '$%s << end\n' "${1//-/_}"
    awk -F, -v name="$1-" '
        BEGIN { split("0 12.706 4.303 3.182 2.776 2.571 2.447 2.365 2.306 2.262", t, " ") }
        index($1, name) == 1 { split($1, part, "-"); n = part[3]; x = 100 * $2; sum[n] += x; square[n] += x * x; seeds[n]++ }
        END {
            for (n in sum) {
                mean = sum[n] / seeds[n]
                spread = seeds[n] > 1 ? (square[n] - seeds[n] * mean * mean) / (seeds[n] - 1) : 0
                print n, mean, t[seeds[n]] * sqrt((spread > 0 ? spread : 0) / seeds[n])
            }
        }' "$runs/transfer.csv" | sort -n
    echo end
}

# panel TITLE CURVE NAME COLOUR CURVE NAME COLOUR ...
panel() {
    local plots=() title=$1
    shift
    for (( ; $#; )); do
        curve "$1"
        plots+=("\$${1//-/_} title '${2//\'/\'\'}' with yerrorlines linecolor rgb '$3' linewidth 2 pointtype 7")
        shift 3
    done
    printf 'set title "%s"\nplot %s\n' "$title" "$(IFS=,; echo "${plots[*]}")"
}

# The colours are Okabe & Ito's, which colour-blind people tell apart.
draw() {
    local panels
    panels=$(cut -c1 "$runs/transfer.csv" | sort -u | grep -c '[abc]')
    echo "set terminal svg size $((450 * panels)),360 font 'sans-serif,13' background 'white'"
    echo "set multiplot layout 1,$panels"
    cat <<'end'
set logscale x
set xtics (10, 50, 100, 500, 1000, 4500)
set xrange [8:6000]
set yrange [0:100]
set grid
set key bottom right
set xlabel "pictures a class"
set ylabel "test accuracy, %"
end
    [ -z "$(compgen -G "$runs/a-*/test.json")" ] ||
        panel "$model, ten classes" a-whole "ImageNet, all trained" '#0072B2' a-head "ImageNet, head only" '#E69F00' \
            a-scratch "from scratch" '#999999'
    [ -z "$(compgen -G "$runs/b-fine*/test.json")" ] ||
        panel "VGG16, five classes" b-fine "after five other classes" '#0072B2' b-scratch "from scratch" '#999999'
    [ -z "$(compgen -G "$runs/c-*/test.json")" ] ||
        panel "VGG16, ten classes" c-imagenet "ImageNet's convolutions" '#0072B2' c-scratch "from scratch" '#999999'
}

[[ $part != *a* ]] || imagenet
[[ $part != *b* ]] || halves
[[ $part != *c* ]] || convolutions
table | tee "$runs/transfer.csv"
draw | gnuplot >"$runs/transfer.svg"
