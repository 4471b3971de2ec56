# What a layer's type does not know cannot be said of it: the compiler refuses it.
failures=0

# compiles LAYER: as the program's own sources are compiled
compiles() {
    ${CC:-cc} -std=c17 -Werror=int-conversion -Werror=incompatible-pointer-types -fsyntax-only -x c \
        -I "$TEST_SOURCE_DIR/src" -I "$TEST_SOURCE_DIR/include" - 2>/dev/null <<END
#include "layers/conv2d.h"
#include "layers/dropout.h"
#include "layers/linear.h"
#include "layers/recurrent.h"
lince_layer_args layer(void);
lince_layer_args layer(void) { return $1; }
END
}

while read -r right; do
    compiles "$right" || { echo "does not compile: $right" && failures=1; }
done <<'END'
LINCE_LAYER(conv2d, .channels = 3, .kernel = 1)
LINCE_HEAD(linear, .outputs = 3, .init = LINCE_PYTORCH_INIT)
LINCE_LAYER(rnn, .recurrent = {.hidden = 3}, .relu = true)
LINCE_LAYER(gru, .hidden = 3)
LINCE_BARE(relu)
LINCE_WITH(add, 1)
LINCE_LAYER_OF(conv2d, &(lince_conv2d_layer_args){.channels = 3})
END

# Another layer's field, a layer without any, a value of another type, another layer's struct, no layer.
while read -r wrong; do
    compiles "$wrong" && { echo "compiles: $wrong" && failures=1; }
done <<'END'
LINCE_LAYER(linear, .outputs = 3, .kernel = 1)
LINCE_LAYER(conv2d, .outputs = 3)
LINCE_LAYER(gru, .hidden = 3, .relu = true)
LINCE_LAYER(relu, .p = 0.5f)
LINCE_LAYER(conv2d, .kernel = "3")
LINCE_LAYER(dropout, .p = "0.5")
LINCE_LAYER_OF(conv2d, &(lince_linear_layer_args){.outputs = 3})
LINCE_BARE(rellu)
END
exit $failures
