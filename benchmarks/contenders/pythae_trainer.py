"""pythae's trainer on the same network: its own loop, loader and optimizer step."""

import logging
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

import torch
from jobs import JOBS, images
from pythae.data.datasets import BaseDataset
from pythae.models import IWAE, VAE, IWAEConfig, VAEConfig
from pythae.models.base.base_utils import ModelOutput
from pythae.models.nn import BaseDecoder, BaseEncoder
from pythae.trainers import BaseTrainer, BaseTrainerConfig
from torch import nn
from worker import clock, serve

logging.disable(logging.WARNING)


def stack(widths, activation):
    pairs = zip(widths[:-1], widths[1:], strict=True)
    return nn.Sequential(*[m for a, b in pairs for m in (nn.Linear(a, b), activation())])


class Encoder(BaseEncoder):
    def __init__(self, job):
        super().__init__()
        self.body = stack((784, *job.hidden), nn.Tanh if job.samples else nn.ReLU)
        self.mean, self.log_var = (nn.Linear(job.hidden[-1], job.latent) for _ in range(2))

    def forward(self, x):
        h = self.body(x)
        return ModelOutput(embedding=self.mean(h), log_covariance=self.log_var(h))


class Decoder(BaseDecoder):
    def __init__(self, job):
        super().__init__()
        self.body = stack((job.latent, *job.hidden[::-1]), nn.Tanh if job.samples else nn.ReLU)
        self.head = nn.Sequential(nn.Linear(job.hidden[0], 784), nn.Sigmoid())

    def forward(self, z):
        return ModelOutput(reconstruction=self.head(self.body(z)))


def main():
    job = JOBS[sys.argv[1]]
    settings = {"input_dim": (784,), "latent_dim": job.latent, "reconstruction_loss": "bce"}
    if job.samples:
        config = IWAEConfig(number_samples=job.samples, **settings)
        model = IWAE(config, encoder=Encoder(job), decoder=Decoder(job))
    else:
        model = VAE(VAEConfig(**settings), encoder=Encoder(job), decoder=Decoder(job))
    x = images(job.rows)
    config = BaseTrainerConfig(
        output_dir=tempfile.mkdtemp(),
        num_epochs=1,
        per_device_train_batch_size=job.batch,
        optimizer_cls="Adam",
    )
    data = BaseDataset(torch.from_numpy(x), torch.zeros(len(x)))
    trainer = BaseTrainer(model, train_dataset=data, training_config=config)
    trainer.prepare_training()

    def epoch():
        start = clock()
        trainer.train_step(0)
        return clock() - start

    serve(epoch)


if __name__ == "__main__":
    main()
