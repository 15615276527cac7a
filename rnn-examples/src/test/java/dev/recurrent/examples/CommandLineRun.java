package dev.recurrent.examples;

import java.io.PrintWriter;
import java.io.StringWriter;

/** Is one run of the command line within this process. */
record CommandLineRun(int status, String out, String err) {
  static CommandLineRun of(String... args) {
    var out = new StringWriter();
    var err = new StringWriter();
    int status =
        Main.commandLine()
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(args);
    return new CommandLineRun(status, out.toString(), err.toString());
  }

  /** Splits a line at blanks, as a shell would. */
  static CommandLineRun ofLine(String line) {
    return of(line.split(" ", -1));
  }
}
