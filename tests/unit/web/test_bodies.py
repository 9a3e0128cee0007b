import pytest

from tests.unit.web.listening import listening


@pytest.mark.parametrize(
    ("body", "line"),
    [
        (b'{"hwy": "x"}', "hwy: cannot be read - known are why (str)"),
        (b"{", "the body is no JSON - send an object, or nothing"),
        (b"7", "the body is no JSON object - send an object, or nothing"),
    ],
)
async def test_a_body_that_cannot_be_read_is_refused_in_one_line(body: bytes, line: str) -> None:
    async with listening() as at:
        headers = {"Authorization": "Bearer act-token"}
        async with at.client.post(f"{at.url}/act", data=body, headers=headers) as response:
            assert (response.status, (await response.json())["error"]) == (400, line)
