"""`mjsim check server`: whatever answers at a base URL is held to the contract, over HTTP and by nothing else."""
