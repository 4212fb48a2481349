# Adds up the lines with which `dotnet test` ends each assembly:
#   Passed!  - Failed:     0, Passed:     4, Skipped:     1, Total:     5, Duration: 3 s - X.dll (net10.0)
# Prints "N passed, N failed, N skipped" and exits with 1 when something failed or no test ran.
# `status` is the exit code of `dotnet test`.

function number(name) {
    return match($0, name ": +[0-9]+") ? substr($0, RSTART + length(name) + 1, RLENGTH - length(name) - 1) + 0 : 0
}

/^(Passed|Failed|Skipped)! +- Failed: / {
    failed += number("Failed")
    passed += number("Passed")
    skipped += number("Skipped")
}

END {
    # A project that did not build or a test process that died has no line of its own.
    if (status > 0 && failed == 0) {
        print "dotnet test ended with exit code " status " and no failed test: counted as one failure"
        failed = 1
    }
    printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
    exit failed > 0 || passed == 0
}
