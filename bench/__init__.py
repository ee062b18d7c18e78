"""The benchmark: what Suki's pages cost, beside a bare Flask page of the same size. `make bench` runs it."""
