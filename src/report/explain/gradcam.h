/* Grad-CAM: which places of a picture spoke for a class.
 * R. R. Selvaraju et al., "Grad-CAM: visual explanations from deep networks via gradient-based localization",
 * ICCV 2017, equations 1 and 2. */
#ifndef LINCE_REPORT_GRADCAM_H
#define LINCE_REPORT_GRADCAM_H

#include "net/net.h"

/* The feature map to look at: of the nodes before the pooling that ends the features, the last one with at
 * least 4 x 4 places; where there is none, the last one with more than one. The paper takes the last feature
 * map whatever its size: with pictures of 32 x 32 pixels VGG's has 2 x 2 places, which say nothing. Of a net
 * with a token for the classes the norm before its last attention: the patches behind it are read by nobody. 0: the net has
 * no such node. */
size_t lince_gradcam_node(lince_net *net);

/* Its places. A vision transformer's are its patches, of which the token that it added is none. */
lince_shape lince_gradcam_shape(lince_net *net, size_t node);

/* heat = relu(sum_k alpha_k A_k), alpha_k = mean over places of d logit / d A_k, divided by its largest value
 * so that it is in 0..1 (all 0 where nothing speaks for the class). The net is prepared with `keep`, not for
 * inference only; input: one sample, plain; heat: [height][width] of the node. Leaves the logits in
 * lince_net_output. LINCE_ENOMEM. */
int lince_gradcam(lince_net *net, size_t node, const float *input, int class, float *heat);

#endif
