package dev.recurrent.examples;

import dev.recurrent.data.DataException;
import java.util.ArrayList;
import picocli.CommandLine.Model.CommandSpec;

/** Says which options of a command may help against an error in data. */
final class Remedies {
  private Remedies() {}

  /** Returns what is added to the description of an error; nothing where no option helps. */
  static String of(Throwable error, CommandSpec command) {
    if (!(error instanceof DataException data)) {
      return "";
    }
    var helpful = new ArrayList<String>();
    for (var remedy : data.remedies()) {
      var option = option(remedy);
      var name = option.split(" ", 2)[0];
      if (command.optionsMap().containsKey(name)) {
        helpful.add(option + does(remedy));
      } else if (command.optionsMap().containsKey("--set")) {
        helpful.add("--set " + option.substring(2).replaceFirst(" ", "=") + does(remedy));
      }
    }
    return helpful.isEmpty() ? "" : " (" + String.join("; ", helpful) + ")";
  }

  private static String option(DataException.Remedy remedy) {
    return switch (remedy) {
      case ENCODING -> "--encoding windows-1252";
      case SEPARATOR -> "--separator ;";
      case DECIMAL -> "--decimal ,";
      case DATE_FORMAT -> "--date-format d.M.yyyy";
      case GROUPS -> "--group-column NAME";
      case SKIPPING -> "--skip-bad";
    };
  }

  private static String does(DataException.Remedy remedy) {
    return switch (remedy) {
      case ENCODING -> ", UTF-16 or another name reads other encodings";
      case SEPARATOR -> " or another character says what parts columns";
      case DECIMAL -> " reads decimal commas";
      case DATE_FORMAT -> " or another pattern says how dates are written";
      case GROUPS -> " says what tells several series apart";
      case SKIPPING -> " passes over such rows";
    };
  }
}
