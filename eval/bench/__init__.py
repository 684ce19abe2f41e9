"""TakedownBench: labelled cases composed from real meetings, real texts and written contrast sets."""
