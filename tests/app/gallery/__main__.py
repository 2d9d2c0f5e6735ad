import uvicorn

from tests.app.gallery import SCREENS, build

print("\n".join(f"http://127.0.0.1:8099/{screen}" for screen in SCREENS))
uvicorn.run(build(), port=8099, log_level="warning")
