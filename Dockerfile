# Two stages: the first builds the wheel with the phone app, the second contains the wheel and its dependencies, without build tools.
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

# A number, not a name, so that an orchestrator can verify that it is not root.
USER 10001:10001
WORKDIR /data
# The only folder that is written to: the embedded database and the keys. The rest may be read-only.
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
# The program is process 1 and receives SIGTERM: it drains, releases its leases and exits.
ENTRYPOINT ["porchlight"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
