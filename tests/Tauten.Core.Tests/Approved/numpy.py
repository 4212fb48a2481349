"""Prints the tensors of TextTests.cs with NumPy, for a comparison by eye: diff <(python3 numpy.py) text.txt"""
import sys
sys.path = [p for p in sys.path if p not in ("", sys.path[0])]  # this file must not shadow the library
import numpy as np

np.set_printoptions(precision=4, floatmode="fixed", linewidth=100)
inf, nan = np.inf, np.nan
f, d, i, l = np.float32, np.float64, np.int32, np.int64
samples = [
    ("a whole scalar", np.array(3, f)),
    ("a scalar", np.array(-3.5, d)),
    ("an integer scalar", np.array(42, l)),
    ("a bool scalar", np.array(True)),
    ("an empty vector", np.zeros(0, f)),
    ("an empty matrix", np.zeros((2, 0), f)),
    ("a huge empty one", np.zeros((1000000, 0), f)),
    ("whole floats", np.array([13, 19], f)),
    ("negative zero", np.array([0, -0.0, 1], f)),
    ("floats", np.array([0.5, -1.25, 100.123456], f)),
    ("integers of several widths", np.array([[1, -20, 300], [4, 5, -6]], i)),
    ("unsigned", np.array([2**64 - 1, 0], np.uint64)),
    ("int64 limits", np.array([-2**63, 2**63 - 1], l)),
    ("bools", np.array([True, False, True])),
    ("a bool matrix", np.eye(2, dtype=bool)),
    ("half", np.array([0.1, 2.5], np.float16)),
    ("bfloat16", np.array([0.10009765625, 2.5], f)),
    ("infinities and nan", np.array([1.5, nan, inf, -inf], f)),
    ("whole with nan", np.array([1, nan], f)),
    ("only nan", np.array([nan], f)),
    ("tiny", np.array([1e-5, 2e-5])),
    ("tiny beside ordinary", np.array([1e-5, 1.0])),
    ("large", np.array([1e8, 1.5e9])),
    ("whole below a hundred million", np.array([99999999.0, 1])),
    ("a wide range", np.array([0.001, 123456.5])),
    ("a moderate range", np.array([0.5, 1000.25])),
    ("three axes", np.arange(12, dtype=f).reshape(2, 3, 2) / 2),
    ("a long row", np.arange(30, dtype=f) * f(1.5)),
    ("a long integer row", np.arange(60)),
    ("a cut vector", np.arange(2000)),
    ("a cut matrix", np.arange(2500, dtype=f).reshape(50, 50) / 4),
    ("cut with three axes", np.arange(2000).reshape(2, 10, 100)),
    ("a cut column", np.arange(1001).reshape(1001, 1)),
    ("a view", np.arange(6).reshape(2, 3).T),
]
for name, x in samples:
    dtype = "bfloat16" if name == "bfloat16" else str(x.dtype)
    print(f"--- {name} : {dtype}{list(x.shape)}")
    print(np.array2string(x, separator=", ", max_line_width=100))
