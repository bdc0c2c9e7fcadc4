"""Pictures made from recipes and read from bytes; importing this package does not import Pillow."""
