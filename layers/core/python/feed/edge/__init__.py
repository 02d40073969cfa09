"""Where events come in: parse, authenticate, validate, run, render."""

import gc

# A cold start makes over 100,000 objects, nearly all of which stay: looking through them for garbage is time lost
# (docs/decisions/0017). What a call leaves behind is freed by its references, without a look.
gc.set_threshold(200_000)
