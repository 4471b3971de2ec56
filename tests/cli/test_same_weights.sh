# The same weights on any number of threads, whole or interrupted: vgg11 at 32 pixels, with its repeated features trained as
# one, batch normalisation, dropout, momentum, decay, clipping and an average. usage: test_same_weights.sh LINCE
lince=$1
. "$TEST_SOURCE_DIR/tests/cli/lib.sh" same_weights

"$lince" synth images data --n 60 --seed 1 >/dev/null
training=(--data data --model vgg11_bn --head 24 --epochs 2 --batch-size 16 --image-size 32 --augment crop=4,flip --lr 0.001
    --weight-decay 0.01 --clip-grad 1 --ema 0.9 --seed 5 --deterministic --lang en
    --no-report)

# same RUN: its weights are those of the run on one thread
same() {
    cmp -s one/weights/last.safetensors "$1/weights/last.safetensors" || wrong "$1: last.safetensors differs from the run on one thread"
    cmp -s one/weights/best.safetensors "$1/weights/best.safetensors" || wrong "$1: best.safetensors differs from the run on one thread"
}

done_with train "${training[@]}" --threads 1 --out one
for threads in 2 64; do
    done_with train "${training[@]}" --threads $threads --out on-$threads
    same on-$threads
done

interrupted interrupted train "${training[@]}" --threads 2 --checkpoint-every 0.00001 --out interrupted
done_with train --resume interrupted --threads 1
same interrupted

# Without --deterministic as well, by lince's own kernels, which are vectors', with 1x1, strided and depthwise convolutions, each
# with a cache of kernels of its own.
if has_vectors; then
    for threads in 1 2; do
        XDG_CACHE_HOME=$PWD/cache-$threads done_with train --data data --model mobilenet_v2 --image-size 32 --epochs 1 --batch-size 16 --seed 5 --threads $threads --no-report --out small-$threads
    done
    cmp -s small-1/weights/last.safetensors small-2/weights/last.safetensors || wrong "mobilenet_v2: other weights on two threads than on one"
fi
finish
