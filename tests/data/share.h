/* How often something that is random happened. */
/* Counts within five standard deviations of a binomial's mean. */
static void assert_share(const char *what, int count, int total, double share)
{
    double deviation = sqrt(total * share * (1 - share));
    if (fabs(count - total * share) > 5 * deviation)
        fail_msg("%s: %d of %d, expected about %g", what, count, total, total * share);
}
