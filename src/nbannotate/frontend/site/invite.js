// The invitation is what follows the # of the address, which no browser sends anywhere: put it into the form.

{
  const code = document.getElementById("code"),
    login = document.getElementById("login");
  const show = () => {
    const given = location.hash.slice(1).replaceAll("%40", "@").replaceAll("%2F", "/"); // as some mail programs write
    if (given) code.value = given;
    const name = code.value.slice(code.value.indexOf("#") + 1).split("/");
    const whole = name.length === 2 && name[1].length > 30;
    login.value = whole ? name[0] : "";
    document.getElementById("of-login").hidden = !whole;
    document.getElementById("of-code").hidden = whole;
    (whole ? document.getElementById("new") : code).focus();
  };
  addEventListener("hashchange", show);
  show();
}
