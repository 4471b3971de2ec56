# The same seed still gives the weights that it gave when these sums were taken: of pictures, with what varies and mixes
# them, and of texts. In plain C and without measured choices, so that neither the processor nor what was once measured on it
# decides. A change that is meant to change weights takes the sums anew, and says why. usage: test_same_bits.sh LINCE
lince=$1
. "$TEST_SOURCE_DIR/tests/cli/lib.sh" same_bits
export LINCE_CPU=plain XDG_CACHE_HOME=/dev/null

# The sums are of one machine's arithmetic and one library's exp and log.
[ "$(uname -m)" = x86_64 ] && getconf GNU_LIBC_VERSION 2>/dev/null | grep -qx 'glibc 2.36' || exit 77

# sum_of FILE: of a safetensors file's numbers, without what its header says of them
sum_of() {
    tail -c +$(($(od -An -tu8 -N8 "$1") + 9)) "$1" | sha256sum | cut -c1-32
}

# same RUN SUM...: the last weights of a run; one sum of several where oneDNN, which computes plain C's convolutions, adds up in
# pieces that the processor's caches hold
same() {
    local run=$1 found=$(sum_of "$1/weights/last.safetensors")
    shift
    [[ " $* " == *" $found "* ]] || wrong "$run: other weights than before: $found"
}

"$lince" synth images pictures --n 60 --seed 1 >/dev/null
"$lince" synth tweets tweets --n 200 --seed 2 >/dev/null
common=(--epochs 2 --seed 5 --threads 2 --deterministic --lang en --no-report)

done_with train --data pictures --model resnet20 --image-size 16 --batch-size 10 --augment crop=2,flip,erase=0.3 --mixup 0.2 \
    --lr 0.01 --tta flip --out residual "${common[@]}"
same residual f0e63dff3266273edf0c9153fb347951
done_with train --data pictures --model vgg11 --head 24 --image-size 32 --fit squash --batch-size 10 --normalize imagenet \
    --freeze 2 --out frozen "${common[@]}"
same frozen a3464eecd7067bbe669943c90a3bded2 a64e96ba05474371f1b1e81a71d802ff # 512 KiB and 1 MiB of second-level cache; 2 MiB
done_with train --data tweets --model gru --embedding 6 --hidden 8 --batch-size 16 --word-dropout 0.1 --out gated "${common[@]}"
same gated 369f5488e8c6fb28eec35a6c1e28d57f
done_with train --data tweets --model lstm --embedding 6 --hidden 8 --bidirectional --read max --batch-size 16 --read-padding \
    --max-tokens 12 --out padded "${common[@]}"
same padded b93fc9d1033f97afab2c9af805a2061a
finish
