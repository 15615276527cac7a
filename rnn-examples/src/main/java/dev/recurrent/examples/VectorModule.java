package dev.recurrent.examples;

/**
 * The module of the Vector API. Java warns above every command's output when it is started with an
 * incubator module, and has no option against that; so the launcher has the module loaded here
 * instead, in the way in which Java itself loads the module of an agent later than the others.
 */
final class VectorModule {
  private static final String LOADER = "jdk.internal.module.Modules";

  private VectorModule() {}

  /**
   * Loads the module where Java was started with access to its loader of modules. Where it was not,
   * this does nothing: then the module is there already, or the backend says that it is missing.
   */
  static void load() {
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()) {
      return;
    }
    try {
      Class.forName(LOADER)
          .getMethod("loadModule", String.class)
          .invoke(null, "jdk.incubator.vector");
    } catch (ReflectiveOperationException e) {
      // The backend cpu names the option that is needed then.
    }
  }
}
