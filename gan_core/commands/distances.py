"""`divergence`: the distances of two distributions."""

import argparse

from gan_core.commands.shared import Result


def divergence_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("p", help='a distribution, as "normal(0,1)"')
    parser.add_argument("q", help='another, as "mixture(0.3*normal(0,1)+0.7*normal(4,0.5))"')
    parser.add_argument("--unit", default="nats", choices=("nats", "bits"), help="of KL and JS")


def divergence(args: argparse.Namespace) -> Result:
    from gan_core import divergences

    found = divergences.distances(divergences.parse(args.p), divergences.parse(args.q), args.unit)
    result = found.as_dict()
    for name, value in result.items():
        print(f"{name}: {value}")
    return result, 0
