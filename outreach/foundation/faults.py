"""Where something went wrong, said without anybody's name."""


def place_of(fault: BaseException) -> str:
    """The kind of a fault and the line it came from; never its words, which may hold somebody's name."""
    trace = fault.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "an unknown place"
    return f"{type(fault).__name__} at {where}"
