package dev.headlight.jobs;

import java.io.PrintStream;

/**
 * What every command is given.
 *
 * @param file options of a conf file
 * @param out where results are printed
 * @param err where progress and messages are printed
 */
record Context(ConfFile file, PrintStream out, PrintStream err) {}
