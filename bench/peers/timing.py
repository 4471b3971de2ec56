"""The clock of the peers, as bench/bench_model.c has it."""
import statistics
import time


def median_seconds(step, seconds, threads):
    """After two warm-up steps, for the given time but at least three steps. On one thread of the process's own time, so that
    other programs do not count."""
    now = time.process_time if threads == 1 else time.perf_counter
    step(), step()
    times, end = [], now() + seconds
    while now() < end or len(times) < 3:
        start = now()
        step()
        times.append(now() - start)
    return statistics.median(times)
