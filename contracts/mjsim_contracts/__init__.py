"""The judge: contract tests for servers, clients and webhook receivers, all of them reached over HTTP."""
