"""mjsim: a local simulator of the Midjourney image-generation API."""

__version__ = "0.1.0"
