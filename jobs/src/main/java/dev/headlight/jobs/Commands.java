package dev.headlight.jobs;

import java.util.List;

/** The commands there are. A new one is one file and one line here. */
final class Commands {
  private Commands() {}

  static List<Object> all(Context context) {
    return List.of(
        new RunCommand(context),
        new InspectCommand(context),
        new SummarizeCommand(context),
        new ReportCommand(context),
        new CompareCommand(context),
        new DemoCommand(context),
        new BenchCommand(context),
        new DoctorCommand(context));
  }
}
