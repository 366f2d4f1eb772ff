"""A language model of 120 kB with random weights, as a GGUF file: words without sense, from a real server."""

import random
import struct
from pathlib import Path
from typing import Any

WORDS = [
    "a", "the", "shell", "file", "line", "runs", "reads", "writes", "test", "green", "red", "quick", "brown", "fox",
    "jumps", "over", "lazy", "dog", "and", "so", "on",
]  # fmt: skip
WIDTH, HEADS, INNER, CONTEXT = 32, 4, 64, 512
SPECIAL = ["<unk>", "<s>", "</s>"]
TOKENS = [*SPECIAL, *(f"<0x{byte:02X}>" for byte in range(256)), *(f"▁{word}" for word in WORDS)]
KINDS = [2, 3, 3, *[6] * 256, *[1] * len(WORDS)]
"""Unknown, control, byte, normal."""
UINT32, INT32, FLOAT32, BOOL, STRING, ARRAY = 4, 5, 6, 7, 8, 9
FORMATS = {UINT32: "<I", INT32: "<i", FLOAT32: "<f", BOOL: "<?"}
ALIGNED = 32
TEMPLATE = (
    "{% for message in messages %}<{{ message['role'] }}> {{ message['content'] }}\n{% endfor %}"
    "{% if add_generation_prompt %}<assistant> {% endif %}"
)

FACTS: list[tuple[str, int, Any]] = [
    ("general.architecture", STRING, "llama"),
    ("general.name", STRING, "tiny"),
    ("llama.context_length", UINT32, CONTEXT),
    ("llama.embedding_length", UINT32, WIDTH),
    ("llama.block_count", UINT32, 1),
    ("llama.feed_forward_length", UINT32, INNER),
    ("llama.attention.head_count", UINT32, HEADS),
    ("llama.attention.head_count_kv", UINT32, HEADS),
    ("llama.attention.layer_norm_rms_epsilon", FLOAT32, 1e-5),
    ("llama.rope.dimension_count", UINT32, WIDTH // HEADS),
    ("llama.vocab_size", UINT32, len(TOKENS)),
    ("tokenizer.ggml.model", STRING, "llama"),
    ("tokenizer.ggml.tokens", STRING, TOKENS),
    ("tokenizer.ggml.scores", FLOAT32, [-float(number) for number in range(len(TOKENS))]),
    ("tokenizer.ggml.token_type", INT32, KINDS),
    ("tokenizer.ggml.unknown_token_id", UINT32, 0),
    ("tokenizer.ggml.bos_token_id", UINT32, 1),
    ("tokenizer.ggml.eos_token_id", UINT32, 2),
    ("tokenizer.chat_template", STRING, TEMPLATE),
]


def text(value: str) -> bytes:
    coded = value.encode()
    return struct.pack("<Q", len(coded)) + coded


def scalar(kind: int, value: Any) -> bytes:
    return text(value) if kind == STRING else struct.pack(FORMATS[kind], value)


def fact(name: str, kind: int, value: Any) -> bytes:
    if not isinstance(value, list):
        return text(name) + struct.pack("<I", kind) + scalar(kind, value)
    head = struct.pack("<IIQ", ARRAY, kind, len(value))
    return text(name) + head + b"".join(scalar(kind, one) for one in value)


def tensors(chance: random.Random) -> list[tuple[str, tuple[int, ...], list[float]]]:
    """By name: the size, the innermost first, and the numbers."""

    def some(count: int, spread: float = 0.2) -> list[float]:
        return [chance.gauss(0, spread) for _ in range(count)]

    made: list[tuple[str, tuple[int, ...], list[float]]] = [
        ("token_embd.weight", (WIDTH, len(TOKENS)), some(WIDTH * len(TOKENS), 1)),
        ("output_norm.weight", (WIDTH,), [1.0] * WIDTH),
        # it speaks in whole words: bytes and marks are never likelier than all words
        ("output.weight", (WIDTH, len(TOKENS)),
         [0.0] * (WIDTH * (len(TOKENS) - len(WORDS))) + some(WIDTH * len(WORDS), 4)),
        ("blk.0.attn_norm.weight", (WIDTH,), [1.0] * WIDTH),
        ("blk.0.ffn_norm.weight", (WIDTH,), [1.0] * WIDTH),
        ("blk.0.ffn_gate.weight", (WIDTH, INNER), some(WIDTH * INNER)),
        ("blk.0.ffn_up.weight", (WIDTH, INNER), some(WIDTH * INNER)),
        ("blk.0.ffn_down.weight", (INNER, WIDTH), some(WIDTH * INNER)),
    ]  # fmt: skip
    for name in ("q", "k", "v", "output"):
        made.append((f"blk.0.attn_{name}.weight", (WIDTH, WIDTH), some(WIDTH * WIDTH)))
    return made


def write(file: Path, seed: int = 7) -> Path:
    """The same bytes for the same seed."""
    made = tensors(random.Random(seed))
    head = struct.pack("<4sIQQ", b"GGUF", 3, len(made), len(FACTS)) + b"".join(fact(*one) for one in FACTS)
    data = b""
    for name, size, numbers in made:
        head += text(name) + struct.pack(f"<I{len(size)}QIQ", len(size), *size, 0, len(data))
        data += struct.pack(f"<{len(numbers)}f", *numbers)
        data += bytes(-len(data) % ALIGNED)
    file.write_bytes(head + bytes(-len(head) % ALIGNED) + data)
    return file
