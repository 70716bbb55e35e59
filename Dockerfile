# syntax=docker/dockerfile:1
# The image holds the installed product and nothing that built it. Settings come from the environment (see README).

FROM python:3.11-slim AS build
WORKDIR /build
RUN python -m venv /opt/qunban
COPY requirements.lock ./
# Hashes are checked, so what is installed is what was tested.
RUN /opt/qunban/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock
RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends gcc libc6-dev \
    && rm -rf /var/lib/apt/lists/*
COPY . ./
# hatchling builds the wheel and mypyc compiles triage; they are needed here only.
RUN python -m venv /opt/builder \
    && /opt/builder/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements-compile.lock \
    && /opt/builder/bin/pip install --no-cache-dir --disable-pip-version-check "hatchling>=1.27" \
    && /opt/builder/bin/pip wheel --no-cache-dir --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir /wheels . \
    && /opt/qunban/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps /wheels/*.whl \
    && /opt/builder/bin/python native.py \
    && rm build/native/made-of \
    && cp -r build/native/. "$(/opt/qunban/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" \
    && /opt/qunban/bin/python -m compileall -q /opt/qunban/lib

FROM python:3.11-slim
ENV PATH=/opt/qunban/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    QUNBAN_HOST=0.0.0.0 \
    QUNBAN_PORT=8080 \
    QUNBAN_LOG_FORMAT=json
RUN useradd --system --uid 10001 --create-home --home-dir /srv/qunban qunban \
    && install -d -o qunban -g qunban /srv/qunban/var
COPY --from=build /opt/qunban /opt/qunban
USER qunban
WORKDIR /srv/qunban
# SQLite lives here where no QUNBAN_DATABASE_URL is set.
VOLUME /srv/qunban/var
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f\"http://127.0.0.1:{os.environ['QUNBAN_PORT']}/healthz\", timeout=4)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["qunban"]
CMD ["run"]
