// SPDX-License-Identifier: Apache-2.0
import Testing

@Suite struct SwiftCodeTests {
    @Test(
        "Comments and the text of strings are no code; what is interpolated is",
        arguments: [
            ("a // b", "a     "), ("a /* b */ c", "a         c"), ("/* a /* b */ c */ d", "                  d"),
            ("/// a\nb", "     \nb"), ("a / b", "a / b"), ("\"a\" b", "\" \" b"), (#""a\"b" c"#, "\"    \" c"),
            (#""\\" c"#, "\"  \" c"), (#""a\(b)c" d"#, #"" \(b) " d"#),
            (#""\(f("x", (1)))y" z"#, #""\(f(" ", (1))) " z"#),
            ("#\"a\"b\"# c", "#\"   \"# c"), (##"#"\n\#(b)"# c"##, ##"#"  \#(b)"# c"##),
            ("\"\"\"\na \"b\" // c\n\"\"\" d", "\"\"\"\n          \n\"\"\" d"), ("\"//\" a", "\"  \" a"),
            ("#if a", "#if a"),
            ("\"é\"", "\"  \""), ("// é", "     "),
        ])
    func prose(text: String, code: String) {
        #expect(SwiftCode.withoutProse(text) == code)
    }
}
