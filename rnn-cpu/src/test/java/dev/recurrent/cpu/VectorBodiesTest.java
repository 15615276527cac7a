package dev.recurrent.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("lanes")
class VectorBodiesTest {
  private static final ClassDesc VECTOR = ClassDesc.of("jdk.incubator.vector.FloatVector");
  private static final ClassDesc SPECIES = ClassDesc.of("jdk.incubator.vector.VectorSpecies");
  private static final ClassDesc FLOATS = ConstantDescs.CD_float.arrayType();
  private static final String[] FUNCTIONS = {
    "sigmoid", "tanh", "exp", "softplus", "sqrt", "relu", "log", "reciprocal"
  };

  /** Applies functions to a whole array. */
  abstract static class Region {
    abstract void run(float[] x, float[] y);
  }

  @Test
  void copiesGiveTheBitsOfTheOriginals() throws ReflectiveOperationException {
    float[] x = Randoms.floats(new Random(8), 40 * Lanes.COUNT);
    x[3] = Float.NaN;
    x[4] = Float.NEGATIVE_INFINITY;
    x[5] = Float.POSITIVE_INFINITY;
    float[] y = new float[x.length];
    for (String function : FUNCTIONS) {
      region(function).run(x, y);
      for (int i = 0; i < x.length; i++) {
        assertEquals(scalar(function, x[i]), y[i], function);
      }
    }
  }

  @Tag("compiled")
  @Test
  void copiesAloneAndManyInOneMethodStayUnboxed() throws ReflectiveOperationException {
    for (String function : FUNCTIONS) {
      assertUnboxed(region(function));
    }
    assertUnboxed(region("sigmoid", "tanh", "sigmoid", "tanh", "sigmoid", "softplus"));
  }

  private static void assertUnboxed(Region region) {
    float[] x = Randoms.floats(new Random(9), 16 * Lanes.COUNT);
    float[] y = new float[x.length];
    Allocations.assertAtMost(0, () -> region.run(x, y));
  }

  private static float scalar(String function, float x) {
    return switch (function) {
      case "sigmoid" -> ScalarMath.sigmoid(x);
      case "tanh" -> ScalarMath.tanh(x);
      case "exp" -> ScalarMath.exp(x);
      case "log" -> ScalarMath.log(x);
      case "softplus" -> ScalarMath.softplus(x);
      case "sqrt" -> ScalarMath.sqrt(x);
      case "relu" -> ScalarMath.relu(x);
      case "reciprocal" -> ScalarMath.reciprocal(x);
      default -> throw new AssertionError(function);
    };
  }

  /** Compiles a loop that applies the functions one after the other. */
  private static Region region(String... functions) throws ReflectiveOperationException {
    var parent = ClassDesc.ofDescriptor(Region.class.descriptorString());
    var type = MethodTypeDesc.of(ConstantDescs.CD_void, FLOATS, FLOATS);
    byte[] bytes =
        ClassFile.of()
            .build(
                ClassDesc.of("dev.recurrent.cpu.TestRegion"),
                c ->
                    c.withSuperclass(parent)
                        .withMethodBody(
                            ConstantDescs.INIT_NAME,
                            ConstantDescs.MTD_void,
                            0,
                            m ->
                                m.aload(0)
                                    .invokespecial(
                                        parent, ConstantDescs.INIT_NAME, ConstantDescs.MTD_void)
                                    .return_())
                        .withMethodBody("run", type, 0, m -> loop(m, functions)));
    var lookup = MethodHandles.lookup().defineHiddenClass(bytes, true);
    return (Region) lookup.lookupClass().getDeclaredConstructor().newInstance();
  }

  private static void loop(CodeBuilder code, String... functions) {
    var bodies = new VectorBodies();
    int i = code.allocateLocal(TypeKind.INT);
    var test = code.newLabel();
    var top = code.newLabel();
    code.iconst_0().istore(i).goto_(test).labelBinding(top);
    code.getstatic(ClassDesc.of("dev.recurrent.cpu.Lanes"), "SPECIES", SPECIES);
    code.aload(1).iload(i);
    code.invokestatic(
        VECTOR, "fromArray", MethodTypeDesc.of(VECTOR, SPECIES, FLOATS, ConstantDescs.CD_int));
    for (String function : functions) {
      bodies.emit(code, function);
    }
    code.aload(2).iload(i);
    code.invokevirtual(
        VECTOR,
        "intoArray",
        MethodTypeDesc.of(ConstantDescs.CD_void, FLOATS, ConstantDescs.CD_int));
    code.iinc(i, Lanes.COUNT).labelBinding(test).iload(i).aload(1).arraylength().if_icmplt(top);
    code.return_();
  }
}
