// The invitation is what follows the # of the address, which no browser sends anywhere: put it into the form.

{
  const element = <Kind extends HTMLElement>(id: string) => document.getElementById(id) as Kind;
  const code = element<HTMLInputElement>("code"),
    login = element<HTMLInputElement>("login");
  const show = () => {
    const given = location.hash.slice(1).replaceAll("%40", "@").replaceAll("%2F", "/"); // as some mail programs write
    if (given) code.value = given;
    const name = code.value.slice(code.value.indexOf("#") + 1).split("/");
    const whole = name.length === 2 && (name[1] ?? "").length > 30;
    login.value = (whole && name[0]) || "";
    element("of-login").hidden = !whole;
    element("of-code").hidden = whole;
    (whole ? element("new") : code).focus();
  };
  addEventListener("hashchange", show);
  show();
}
