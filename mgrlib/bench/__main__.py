"""``python -m mgrlib.bench``: all benchmarks, a table, and ``bench.json``."""

from ..files import runs_folder, write_json
from .images import bench_images
from .synthesis import bench_songs
from .training import bench_training


def main() -> None:
    """Run all benchmarks, print a table and write ``bench.json``."""
    rows: list[dict] = []
    for bench in (bench_songs, bench_images, bench_training):
        for line in bench():
            rows.append(line)
            goal = "" if line["goal"] is None else f" (at least {line['goal']:g})"
            ours, theirs = f"{line['ours']:.4g} {line['unit']}", f"{line['baseline']:.4g}"
            against = f"{line['baseline_name']} {theirs}: {line['ratio']:.2f} times{goal}"
            print(f"{line['name']}: {ours}, {against}", flush=True)
    path = runs_folder() / "bench" / "bench.json"
    write_json(path, rows)
    print(f"written: {path}")


if __name__ == "__main__":
    main()
