# Two stages: the first builds the wheel and the phone app in it, the second holds it and what it needs to run, and no tools.
FROM python:3.11-slim AS build
WORKDIR /src
COPY requirements-build.txt requirements-node.txt ./
RUN python -m pip install --no-cache-dir --require-hashes -r requirements-build.txt -r requirements-node.txt
COPY . .
RUN python -m pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir /wheels .

FROM python:3.11-slim
ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PORCHLIGHT_DATA_DIR=/data
COPY requirements.txt /tmp/
RUN python -m pip install --no-cache-dir --compile --require-hashes -r /tmp/requirements.txt
COPY --from=build /wheels /tmp/wheels
RUN python -m pip install --no-cache-dir --compile --no-deps /tmp/wheels/*.whl \
    && rm -r /tmp/wheels /tmp/requirements.txt \
    && install -d -o 10001 -g 10001 -m 700 /data

# A number, not a name: an orchestrator can then see that it is not root.
USER 10001:10001
WORKDIR /data
# All that is ever written: the embedded database and the keys. The rest of the file system may be read-only.
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
# The program itself is process 1, so SIGTERM reaches it: it drains, gives back its leases and goes.
ENTRYPOINT ["porchlight"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
