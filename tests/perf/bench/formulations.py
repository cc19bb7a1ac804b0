"""How one writes, in PyTorch, convolutions that it has no layer for. Of several ways of one kind
the fastest is taken (engines.py). Weights are put in each one's order beforehand; results are plain
arrays: filters, rows, columns."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Forms = dict[str, Callable]


def forms_of(torch, command: dict) -> Forms:
    """By their names; each takes no argument and gives the result."""
    x = torch.from_numpy(np.load(command["input"]))[None]
    weights = torch.from_numpy(np.load(command["weights"]["K"]))
    return FORMS[command["kind"]](torch, x, weights, command["padding"])


def unshared(torch, x, weights, padding: int) -> Forms:
    """By columns of windows, torch.nn.functional.unfold."""
    filters, rows, columns = weights.shape[:3]
    kernel = weights.shape[4:]
    weights = weights.reshape(filters, rows * columns, -1)  # filter, place, tap
    by_place = weights.permute(1, 0, 2).contiguous()
    by_tap = weights.permute(0, 2, 1).contiguous()

    def unfolded():  # tap, place
        return torch.nn.functional.unfold(x, kernel, padding=padding)[0]

    def shaped(result):
        return result.reshape(filters, rows, columns).contiguous()

    return {
        "einsum": lambda: shaped(torch.einsum("tp,fpt->fp", unfolded(), weights)),
        "bmm": lambda: shaped(torch.bmm(by_place, unfolded().T[:, :, None])[:, :, 0].T),
        "multiply-sum": lambda: shaped((unfolded() * by_tap).sum(1)),
    }


def tiled(torch, x, weights, padding: int) -> Forms:
    """By columns of windows, those of each of period^2 phases by a product of matrices."""
    filters, period = weights.shape[0], weights.shape[-1]
    kernel, (rows, columns) = weights.shape[2:4], _map(x, weights, padding)
    weights = weights.reshape(filters, -1, period, period)  # filter, tap, phase
    by_phase = weights.permute(2, 3, 0, 1).reshape(period**2, filters, -1).contiguous()

    def unfolded():  # tap, row, its phase, column, its phase
        taps = torch.nn.functional.unfold(x, kernel, padding=padding)
        return taps.reshape(-1, rows // period, period, columns // period, period)

    def bmm():
        taps = unfolded().permute(2, 4, 0, 1, 3).reshape(period**2, by_phase.shape[2], -1)
        result = torch.bmm(by_phase, taps)
        result = result.reshape(period, period, filters, rows // period, columns // period)
        return result.permute(2, 3, 0, 4, 1).reshape(filters, rows, columns)

    return {
        "einsum": lambda: torch.einsum("trakb,ftab->frakb", unfolded(), weights)
                               .reshape(filters, rows, columns),
        "bmm": bmm,
    }


def strided(torch, x, weights, padding: int) -> Forms:
    """Tiled convolution as period^2 convolutions with that stride, put together."""
    period = weights.shape[-1]
    phases = [(a, b, weights[..., a, b].contiguous())
              for a in range(period) for b in range(period)]
    result = torch.empty(weights.shape[0], *_map(x, weights, padding))

    def run():
        padded = torch.nn.functional.pad(x, (padding,) * 4)
        for a, b, kernel in phases:
            place = result[:, a::period, b::period]
            rows, columns = place.shape[1:]
            y = torch.nn.functional.conv2d(padded[:, :, a:, b:], kernel, stride=period)
            place.copy_(y[0, :, :rows, :columns])
        return result

    return {"": run}


def _map(x, weights, padding: int) -> tuple[int, int]:
    rows, columns = (x.shape[d] + 2 * padding - weights.shape[d] + 1 for d in (2, 3))
    return rows, columns


FORMS: dict[str, Callable] = {"unshared": unshared, "tiled": tiled, "strided": strided}
