"""What happens without anyone asking: the clock, the worker, one module per job."""
