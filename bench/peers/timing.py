"""The clock of the peers, as bench/bench_model.c has it."""
import statistics
import time


def median_seconds(step, seconds):
    """After two warm-up steps, for the given time but at least three steps."""
    step(), step()
    times, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 3:
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    return statistics.median(times)
