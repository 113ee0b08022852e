"""The loop an expert writes on PyTorch: `eager`, `fused` (Adam in one kernel), or `compiled`."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

import torch
import torch.nn.functional as F
from jobs import DENSE, FILTERS, JOBS, STRIDES, images
from torch import nn
from worker import serve


class MLP(nn.Module):
    def __init__(self, job):
        super().__init__()
        act = nn.Tanh if job.samples else nn.ReLU
        widths = (784, *job.hidden)
        pairs = zip(widths[:-1], widths[1:], strict=True)
        self.body = nn.Sequential(*[m for a, b in pairs for m in (nn.Linear(a, b), act())])
        self.mean, self.log_var = (nn.Linear(widths[-1], job.latent) for _ in range(2))
        back = (job.latent, *job.hidden[::-1])
        pairs = zip(back[:-1], back[1:], strict=True)
        layers = [m for a, b in pairs for m in (nn.Linear(a, b), act())]
        self.decode = nn.Sequential(*layers, nn.Linear(back[-1], 784))

    def encode(self, x):
        h = self.body(x)
        return self.mean(h), self.log_var(h)


class Conv(nn.Module):
    def __init__(self, job):
        super().__init__()
        channels = (1, *FILTERS)
        layers = []
        for a, b, s in zip(channels[:-1], channels[1:], STRIDES, strict=True):
            layers += [nn.Conv2d(a, b, 3, s, padding=1), nn.ReLU()]
        flat = 14 * 14 * FILTERS[-1]
        self.body = nn.Sequential(*layers, nn.Flatten(), nn.Linear(flat, DENSE), nn.ReLU())
        self.mean, self.log_var = (nn.Linear(DENSE, job.latent) for _ in range(2))
        layers = [nn.Linear(job.latent, DENSE), nn.ReLU(), nn.Linear(DENSE, flat), nn.ReLU()]
        layers += [nn.Unflatten(1, (FILTERS[-1], 14, 14))]
        back = (FILTERS[-1], *FILTERS[::-1])
        for a, b, s in zip(back[:-1], back[1:], STRIDES[::-1], strict=True):
            layers += [nn.ConvTranspose2d(a, b, 3, s, 1, output_padding=s - 1), nn.ReLU()]
        self.decode = nn.Sequential(*layers, nn.Conv2d(FILTERS[0], 1, 3, padding=1))

    def encode(self, x):
        h = self.body(x)
        return self.mean(h), self.log_var(h)


def elbo_loss(model, x):
    mean, log_var = model.encode(x)
    logits = model.decode(mean + torch.exp(0.5 * log_var) * torch.randn_like(mean))
    reconstruction = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
    kl = 0.5 * torch.sum(torch.expm1(log_var) - log_var + mean**2)
    return (reconstruction + kl) / len(x)


def iwae_loss(model, x, samples):
    mean, log_var = model.encode(x)
    noise = torch.randn(samples, *mean.shape)
    z = mean + torch.exp(0.5 * log_var) * noise
    logits = model.decode(z.flatten(0, 1)).view(samples, *x.shape)
    log_p = torch.sum(x * logits - F.softplus(logits), -1)
    log_ratio = 0.5 * torch.sum(z**2 - noise**2 - log_var, -1)
    return -torch.mean(torch.logsumexp(log_p - log_ratio, 0))


def main():
    job, style = JOBS[sys.argv[1]], sys.argv[2]
    model = MLP(job) if job.hidden else Conv(job)
    optimizer = torch.optim.Adam(model.parameters(), fused=style != "eager")
    x = torch.from_numpy(images(job.rows, (784,) if job.hidden else (1, 28, 28)))

    def loss_of(batch):
        return iwae_loss(model, batch, job.samples) if job.samples else elbo_loss(model, batch)

    loss_function = torch.compile(loss_of) if style == "compiled" else loss_of

    def epoch():
        for rows in torch.randperm(job.rows).view(job.steps, job.batch):
            optimizer.zero_grad()
            loss = loss_function(x[rows])
            loss.backward()
            optimizer.step()
        loss.item()

    serve(epoch)


if __name__ == "__main__":
    main()
