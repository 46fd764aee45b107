"""What happens to jobs: ``queueing`` puts them in, ``leasing`` is the worker's part, ``operating`` the operator's."""
