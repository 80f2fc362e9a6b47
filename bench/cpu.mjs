// What a server's threads have used so far.
import { readFileSync } from "node:fs";

/** CPU of a process, user and system, us; the kernel counts in ticks of 10 ms. */
export function cpu_us(pid) {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
    return (Number(fields[11]) + Number(fields[12])) * 10_000;
}
