"""The cases of make_goldens.py: one checkpoint each, small, with odd sizes, and with other values than the defaults."""

from decoder_cases import DECODERS
from encoder_cases import ENCODERS
from generic_cases import GENERIC
from other_cases import OTHERS

CASES = ENCODERS + DECODERS + OTHERS + GENERIC
