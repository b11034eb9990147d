"""`python -m benchmarks.peers.fastapi_procrastinate.serve --port P`: uvicorn with one process."""

import argparse

import uvicorn

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    uvicorn.run(
        "benchmarks.peers.fastapi_procrastinate.app:app",
        port=parser.parse_args().port,
        log_level="error",
        access_log=False,
        loop="uvloop",
        http="httptools",
        timeout_keep_alive=75,
    )
